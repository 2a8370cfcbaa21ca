package dev.igvmtool.builder.load;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.linux.CpioHeader;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Checks a cpio archive that goes into an initrd as it is: "newc", with or without checksums. One that is packed is left
 * to the kernel. Linux, {@code Documentation/driver-api/early-userspace/buffer-format.rst}.
 */
final class CpioCheck {
    private static final int HEADER_BYTES = 110;
    private static final int MAGIC_BYTES = 6;
    private static final int FIELD_BYTES = 8;
    private static final int SIZE_FIELD = 6;
    private static final int NAME_FIELD = 11;
    private static final int MAX_NAME_BYTES = 4096;
    private static final List<String> PACKED =
            List.of("1f8b", "fd377a585a00", "28b52ffd", "02214c18", "5d0000", "425a68");

    private CpioCheck() {}

    /**
     * Walks the archive to its trailer, or over several archives to the end.
     *
     * @throws FormatException if it is none, or names what it should not
     */
    static void check(Bytes archive) {
        if (isPacked(archive)) {
            return;
        }
        int at = 0;
        int entries = 0;
        boolean open = false;
        while (at < archive.size()) {
            if (!open && archive.get(at) == 0) {
                at++;
                continue;
            }
            if (!open && entries > 0 && isPacked(archive.slice(at, archive.size() - at))) {
                return;
            }
            int start = at;
            long size = header(archive, at, SIZE_FIELD);
            long nameBytes = header(archive, at, NAME_FIELD);
            if (nameBytes < 2 || nameBytes > MAX_NAME_BYTES || nameBytes > archive.size() - at - HEADER_BYTES) {
                throw damaged(start, "a name of " + nameBytes + " bytes");
            }
            String name = name(archive, start, (int) nameBytes);
            long content = up(at + HEADER_BYTES + nameBytes);
            if (content + size > archive.size()) {
                throw damaged(start, size + " bytes of content, past the end of the archive");
            }
            open = !name.equals(CpioHeader.TRAILER);
            if (open) {
                checkName(start, name);
            }
            at = (int) Math.min(up(content + size), archive.size());
            entries++;
        }
        if (open || entries == 0) {
            throw new FormatException("cpio archive ends without " + CpioHeader.TRAILER);
        }
    }

    private static boolean isPacked(Bytes content) {
        String start = content.slice(0, Math.min(6, content.size())).toHex();
        return PACKED.stream().anyMatch(start::startsWith);
    }

    /** A field of eight hexadecimal digits, by its number behind the magic. */
    private static long header(Bytes archive, int at, int field) {
        if (archive.size() - at < HEADER_BYTES) {
            throw damaged(at, "a header that is cut short");
        }
        String magic = new String(archive.slice(at, MAGIC_BYTES).toByteArray(), StandardCharsets.ISO_8859_1);
        if (!magic.equals("070701") && !magic.equals("070702") || at % 4 != 0) {
            throw new FormatException(String.format(
                    "no cpio archive of the kind newc: expected 070701 or 070702 at 0x%x, aligned to 4", at));
        }
        long value = 0;
        for (int i = 0; i < HEADER_BYTES - MAGIC_BYTES; i++) {
            int digit = Character.digit(archive.u8(at + MAGIC_BYTES + i), 16);
            if (digit < 0) {
                throw damaged(at, "a field that is not hexadecimal");
            }
            if (i / FIELD_BYTES == field) {
                value = value << 4 | digit;
            }
        }
        return value;
    }

    private static String name(Bytes archive, int start, int nameBytes) {
        Bytes name = archive.slice(start + HEADER_BYTES, nameBytes - 1);
        for (int i = 0; i < name.size(); i++) {
            if (name.get(i) == 0) {
                throw damaged(start, "a name with a NUL in it");
            }
        }
        if (archive.get(start + HEADER_BYTES + nameBytes - 1) != 0) {
            throw damaged(start, "a name that does not end with a NUL");
        }
        return new String(name.toByteArray(), StandardCharsets.ISO_8859_1);
    }

    private static void checkName(int start, String name) {
        if (name.startsWith("/")) {
            throw damaged(start, "an absolute name");
        }
        if (List.of(name.split("/", -1)).contains("..")) {
            throw damaged(start, "a name with '..' in it");
        }
    }

    private static FormatException damaged(int at, String what) {
        return new FormatException(String.format("entry of the cpio archive at 0x%x has %s", at, what));
    }

    private static long up(long at) {
        return (at + 3) & ~3L;
    }
}
