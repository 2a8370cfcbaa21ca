/**
 * Byte-level foundations: immutable bytes, readers and writers, and the declare-once codec by which every binary
 * structure of the project is read, written and described. Start at {@link dev.igvmtool.abi.binary.Codec}. Depends on
 * nothing but the JDK.
 */
@NullMarked
package dev.igvmtool.abi.binary;

import org.jspecify.annotations.NullMarked;
