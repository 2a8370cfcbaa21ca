/**
 * What a build was made of and what came out of it, as digests, in a file that a later build is compared with. Start at
 * {@link dev.igvmtool.cli.lock.BuildLock}. Depends on {@code igvm-builder}, {@code igvm-format} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.cli.lock;

import org.jspecify.annotations.NullMarked;
