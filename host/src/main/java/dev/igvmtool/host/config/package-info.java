/**
 * What a host is asked to run: {@link dev.igvmtool.host.config.VmConfig} says everything about one virtual machine apart
 * from its image. Follows no specification; the parts are those that openvmm lets one choose. Start at {@code VmConfig}.
 * May use {@code machine} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.host.config;

import org.jspecify.annotations.NullMarked;
