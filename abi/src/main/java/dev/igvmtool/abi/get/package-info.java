/**
 * The guest emulation transport (GET): messages between the paravisor and its host, as far as starting and servicing need
 * them. Follows openvmm, vm/devices/get/get_protocol. Start at {@link dev.igvmtool.abi.get.GetMessage}. Depends on
 * {@code abi.binary}.
 */
@NullMarked
package dev.igvmtool.abi.get;

import org.jspecify.annotations.NullMarked;
