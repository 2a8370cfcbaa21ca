/**
 * Host configurations in JSON: the processors, memory, devices and answers of the hypervisor that one virtual machine
 * sees. The form is that of the reference hand-over data. Start at {@link dev.igvmtool.cli.hostconfig.HostConfigFile}.
 * May use {@code host} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.cli.hostconfig;

import org.jspecify.annotations.NullMarked;
