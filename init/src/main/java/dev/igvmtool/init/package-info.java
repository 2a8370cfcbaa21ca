/**
 * The first process: mounts, environment, then the paravisor. Start at {@code Init}. Depends on {@code machine.guest}
 * and {@code abi}.
 */
@NullMarked
package dev.igvmtool.init;

import org.jspecify.annotations.NullMarked;
