/**
 * The x86-64 architecture as programs and machine share it: registers, descriptors, model-specific register numbers,
 * page-table entries and exception vectors. Follows the Intel SDM volume 3 and the AMD APM volume 2. Start at
 * {@link dev.igvmtool.abi.x64.Gpr}. Depends on {@code abi.binary}.
 */
@NullMarked
package dev.igvmtool.abi.x64;

import org.jspecify.annotations.NullMarked;
