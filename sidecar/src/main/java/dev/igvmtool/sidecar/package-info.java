/**
 * The sidecar kernel: starts the processors of a node and serves commands for them. Start at {@code Sidecar}. Depends
 * on {@code machine.guest}, {@code device-tree} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.sidecar;

import org.jspecify.annotations.NullMarked;
