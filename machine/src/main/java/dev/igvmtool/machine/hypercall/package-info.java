/**
 * Hypercalls: one class per call, found through a table by call code, behind the input checks that all share. Follows
 * the TLFS hypercall interface. Start at {@link dev.igvmtool.machine.hypercall.Hypercalls}. Depends on the other
 * packages of the machine.
 */
@NullMarked
package dev.igvmtool.machine.hypercall;

import org.jspecify.annotations.NullMarked;
