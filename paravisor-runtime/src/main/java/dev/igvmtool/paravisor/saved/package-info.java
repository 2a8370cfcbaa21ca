/**
 * What an instance of the paravisor leaves to the next one on a servicing restart: its own state, which the host keeps, and
 * the layout of memory, which the boot shim reads. Follows openvmm (underhill_core/src/servicing.rs and
 * underhill_core/src/dispatch). Start at {@link dev.igvmtool.paravisor.saved.SavedUnits}. May use {@code device-tree} and
 * {@code abi}.
 */
@NullMarked
package dev.igvmtool.paravisor.saved;

import org.jspecify.annotations.NullMarked;
