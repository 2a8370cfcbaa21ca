/**
 * The synthetic interrupt controller: message slots and event flags in pages that hypervisor and guest share. Follows
 * the TLFS chapter on inter-partition communication. Start at {@link dev.igvmtool.machine.synic.SynIc}. Depends on
 * {@code machine.vp} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.machine.synic;

import org.jspecify.annotations.NullMarked;
