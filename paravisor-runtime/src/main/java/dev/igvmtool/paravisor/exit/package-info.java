/**
 * What happens when VTL0 leaves: an intercept message and the state of the small devices give registers to change, bytes
 * for the host and the next state. Pure. Follows OpenHCL (virt_mshv_vtl processor loop, serial_16550). Start at
 * {@link dev.igvmtool.paravisor.exit.ExitHandler}. Depends on {@code abi}.
 */
@NullMarked
package dev.igvmtool.paravisor.exit;

import org.jspecify.annotations.NullMarked;
