/**
 * What boot shim, sidecar kernel, the kernel's sidecar driver and the user-mode monitor share: the pages of the start-up
 * call ({@link dev.igvmtool.abi.sidecar.SidecarParams}, {@link dev.igvmtool.abi.sidecar.SidecarOutput}), the control page
 * of each node and the command page of each VP. Follows {@code sidecar_defs} of the openvmm project, x64 only. Pages of
 * the call are records, for nobody else writes them meanwhile; control and command pages are views. Start at
 * {@link dev.igvmtool.abi.sidecar.SidecarParams}. Depends on {@code abi.binary} and {@code abi.x64}.
 */
@NullMarked
package dev.igvmtool.abi.sidecar;

import org.jspecify.annotations.NullMarked;
