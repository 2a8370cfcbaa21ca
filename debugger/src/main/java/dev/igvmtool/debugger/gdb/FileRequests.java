package dev.igvmtool.debugger.gdb;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The symbol files, as files of the target that gdb can open: {@code target:/boot-shim.elf}. Nothing can be written, and no
 * file of the host can be reached. Specification: Debugging with GDB, section E.7.
 */
final class FileRequests {
    private static final int NO_SUCH_FILE = 2;
    private static final int BAD_FILE = 9;
    private static final int NO_ACCESS = 13;
    private static final int MAX_OPEN = 64;
    private static final int MAX_CHUNK = PacketReader.MAX_PACKET / 2;
    private static final int REGULAR_READABLE = 0100444;
    private static final int BLOCK = 4096;

    private final SymbolFiles symbols;
    private final List<Optional<Bytes>> open = new ArrayList<>();

    FileRequests(SymbolFiles symbols) {
        this.symbols = symbols;
    }

    Reply answer(String text, Bytes packet) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            return Reply.UNKNOWN;
        }
        String[] parts = text.substring(colon + 1).split(",", -1);
        return switch (text.substring(0, colon)) {
            case "setfs" -> Reply.of("F0");
            case "open" -> open(parts);
            case "close" -> close(parts);
            case "pread" -> read(parts);
            case "fstat" -> status(parts);
            case "pwrite", "unlink" -> error(NO_ACCESS);
            case "readlink" -> error(NO_SUCH_FILE);
            default -> Reply.UNKNOWN;
        };
    }

    private static Reply error(int number) {
        return Reply.of("F-1," + Integer.toHexString(number));
    }

    private Reply open(String[] parts) {
        String name = Hex.bytes(parts[0]).toUtf8();
        if (parts.length != 3 || open.size() >= MAX_OPEN) {
            throw new ProtocolException();
        }
        if (Hex.number(parts[1]) != 0) {
            return error(NO_ACCESS);
        }
        Optional<Bytes> content =
                symbols.find(name.startsWith("/") ? name.substring(1) : name).map(SymbolFile::toElf);
        if (content.isEmpty()) {
            return error(NO_SUCH_FILE);
        }
        int free = open.indexOf(Optional.<Bytes>empty());
        if (free >= 0) {
            open.set(free, content);
            return Reply.of("F" + Integer.toHexString(free));
        }
        open.add(content);
        return Reply.of("F" + Integer.toHexString(open.size() - 1));
    }

    private Optional<Bytes> file(String number) {
        int index = Hex.count(number, Integer.MAX_VALUE);
        return index < open.size() ? open.get(index) : Optional.empty();
    }

    private Reply close(String[] parts) {
        if (file(parts[0]).isEmpty()) {
            return error(BAD_FILE);
        }
        open.set(Hex.count(parts[0], Integer.MAX_VALUE), Optional.empty());
        return Reply.of("F0");
    }

    private Reply read(String[] parts) {
        if (parts.length != 3) {
            throw new ProtocolException();
        }
        Optional<Bytes> content = file(parts[0]);
        if (content.isEmpty()) {
            return error(BAD_FILE);
        }
        int size = content.get().size();
        int offset = (int) Math.min(Hex.number(parts[2]) & Long.MAX_VALUE, size);
        int length = Math.min(Math.min(Hex.count(parts[1], Integer.MAX_VALUE), MAX_CHUNK), size - offset);
        return attached(content.get().slice(offset, length));
    }

    private static Reply attached(Bytes content) {
        return Reply.of("F" + Integer.toHexString(content.size()) + ";" + GdbSession.text(content));
    }

    /** {@code struct stat} of the protocol, 64 bytes, big endian. */
    private Reply status(String[] parts) {
        Optional<Bytes> content = file(parts[0]);
        if (content.isEmpty()) {
            return error(BAD_FILE);
        }
        ByteWriter stat = new ByteWriter(ByteOrder.BIG_ENDIAN);
        stat.u32(0).u32(0).u32(REGULAR_READABLE).u32(1).u32(0).u32(0).u32(0);
        stat.u64(content.get().size()).u64(BLOCK).u64((content.get().size() + BLOCK - 1) / BLOCK);
        stat.u32(0).u32(0).u32(0);
        return attached(stat.toBytes());
    }
}
