/**
 * Virtual processors: their registers per VTL, how they run programs, take exceptions and interrupts and change VTL.
 * Follows the Intel SDM volume 3 (chapters 6 and 10) and the TLFS chapter on virtual secure mode. Start at
 * {@link dev.igvmtool.machine.vp.Vp}. Depends on the other packages of the machine.
 */
@NullMarked
package dev.igvmtool.machine.vp;

import org.jspecify.annotations.NullMarked;
