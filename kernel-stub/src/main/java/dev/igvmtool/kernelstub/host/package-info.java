/**
 * How the guest is isolated, and how the processor reaches the hypervisor and the host on each platform. Start at {@link
 * dev.igvmtool.kernelstub.host.Host}. Depends on {@code memory}, {@code fault}, {@code machine.guest} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.kernelstub.host;

import org.jspecify.annotations.NullMarked;
