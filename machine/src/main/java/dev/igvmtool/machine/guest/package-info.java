/**
 * What a program running on the machine sees, and all it sees: a processor with its registers, guest memory through the
 * page tables, ports, MSRs, CPUID and the hypercall instruction. A program written in Java is a list of named steps;
 * each step stands at a guest address as one slot of the program's image, so that breakpoints, permissions and traces
 * treat it as an instruction. Start at {@link dev.igvmtool.machine.guest.Cpu}, for
 * AArch64 {@link dev.igvmtool.machine.guest.ArmCpu}, and
 * {@link dev.igvmtool.machine.guest.Program}. Depends on {@code abi}.
 */
@NullMarked
package dev.igvmtool.machine.guest;

import org.jspecify.annotations.NullMarked;
