/**
 * The root partition: it loads an image into a machine and answers for the world outside the guest. Start at {@code
 * host.loader}. Depends on {@code machine}, {@code igvm-format}, {@code device-tree} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.host;

import org.jspecify.annotations.NullMarked;
