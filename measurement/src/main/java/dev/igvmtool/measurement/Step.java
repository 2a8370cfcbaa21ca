package dev.igvmtool.measurement;

import dev.igvmtool.abi.binary.Bytes;
import java.util.OptionalLong;

/**
 * One thing that went into a digest.
 *
 * @param what the platform's word for it: {@code NORMAL}, {@code VMSA}, {@code ADD}, {@code REGISTER}
 * @param gpa page that was measured, unless it is not about a page
 * @param withContent whether the content went in, and not only the address
 * @param detail where it comes from, in few words: {@code parameter area 3}; may be empty
 * @param digest value after this step, as if it had been the last
 */
public record Step(String what, OptionalLong gpa, boolean withContent, String detail, Bytes digest) {}
