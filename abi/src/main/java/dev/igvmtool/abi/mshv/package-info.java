/**
 * The hypervisor devices of the paravisor's kernel, as user programs see them: request numbers and argument structures
 * of the {@code mshv} family, and the run page that kernel and user program share for each VP. Follows the paravisor's
 * {@code hcl} crate. Start at {@link dev.igvmtool.abi.mshv.MshvIoctl} and {@link dev.igvmtool.abi.mshv.RunPage}.
 * Depends on {@code abi.binary} and {@code abi.x64}.
 */
@NullMarked
package dev.igvmtool.abi.mshv;

import org.jspecify.annotations.NullMarked;
