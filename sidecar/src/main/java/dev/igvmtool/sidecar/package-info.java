/**
 * The sidecar kernel: starts all VPs but the first of each node in VTL2, in parallel, and lets them run VTL0 code on
 * behalf of a user-mode monitor until the real kernel takes them over. Follows {@code sidecar} and {@code sidecar_defs}
 * of the openvmm project; x64 without isolation only. Start at {@link dev.igvmtool.sidecar.Sidecar}. Depends on
 * {@code machine.guest} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.sidecar;

import org.jspecify.annotations.NullMarked;
