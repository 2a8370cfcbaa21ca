/**
 * The kernel's files: an immutable tree whose file content lies in guest memory, the reader that unpacks the initrd into
 * it, and the trees that appear under /proc, /sys and /dev. Follows Linux {@code init/initramfs.c} and
 * {@code buffer-format.rst}, more strictly. Start at {@link dev.igvmtool.kernelstub.fs.FileTree}. Depends on
 * {@code abi}.
 */
@NullMarked
package dev.igvmtool.kernelstub.fs;

import org.jspecify.annotations.NullMarked;
