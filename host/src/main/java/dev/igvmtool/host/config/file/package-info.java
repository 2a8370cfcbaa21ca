/**
 * Host configurations in files, JSON or YAML: processors, memory, devices and answers of the hypervisor of one virtual
 * machine. The form of the reference hand-over data is taken as it is; people may write sizes, counts and ranges in
 * shorter ways ({@code docs/boot.md}). Start at {@link dev.igvmtool.host.config.file.HostConfigReader}. May use
 * {@code host.config}, {@code document} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.host.config.file;

import org.jspecify.annotations.NullMarked;
