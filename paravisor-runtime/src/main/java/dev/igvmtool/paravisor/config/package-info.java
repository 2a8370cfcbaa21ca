/**
 * What the paravisor decides before it touches the hypervisor: its options, its view of VPs and memory, the VSM
 * configuration. Pure functions from what was read to records. Follows the OpenHCL start-up sequence (underhill_core).
 * Start at {@link dev.igvmtool.paravisor.config.ParavisorOptions}. Depends on {@code device-tree} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.paravisor.config;

import org.jspecify.annotations.NullMarked;
