/**
 * How the kernel fails: an error number for a user program, or a panic. Depends on {@code abi}.
 */
@NullMarked
package dev.igvmtool.kernelstub.fault;

import org.jspecify.annotations.NullMarked;
