/**
 * The worker of one virtual machine: it makes the partition, lets the loader's plan happen in it and lets it run. Follows
 * openvmm (openvmm_core/src/worker). Start at {@link dev.igvmtool.host.worker.VirtualMachine}. May use {@code machine},
 * {@code igvm-format}, {@code device-tree} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.host.worker;

import org.jspecify.annotations.NullMarked;
