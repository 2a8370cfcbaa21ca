/**
 * What two trees of the OpenHCL boot mean: {@link dev.igvmtool.devicetree.binding.HostTree}, which the host writes for
 * the boot shim, and {@link dev.igvmtool.devicetree.binding.BootTree}, which the shim writes for the kernel and the
 * paravisor. Follows openvmm: openhcl/host_fdt_parser, openhcl/openhcl_boot/src/dt.rs and
 * openhcl/bootloader_fdt_parser. Depends on {@code devicetree} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.devicetree.binding;

import org.jspecify.annotations.NullMarked;
