/**
 * The VTL0 guest of the samples: a kernel of a few steps that is entered by the 64-bit Linux boot protocol, prints a
 * line on COM1 and halts. Follows Linux {@code Documentation/arch/x86/boot.rst}. Start at
 * {@link dev.igvmtool.guest.GuestStub}. Depends on {@code machine.guest} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.guest;

import org.jspecify.annotations.NullMarked;
