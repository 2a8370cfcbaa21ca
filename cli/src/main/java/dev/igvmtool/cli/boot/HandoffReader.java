package dev.igvmtool.cli.boot;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.linux.BootParams;
import dev.igvmtool.abi.linux.E820Entry;
import dev.igvmtool.abi.linux.SetupData;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the carriers of the hand-over to the kernel, as the kernel would: RSI, the zero page, the chain of
 * {@code setup_data}. The shim's memory is mapped one to one, so addresses are guest physical.
 */
final class HandoffReader {
    private static final int MAX_CHAIN = 64;
    private static final int MAX_COMMAND_LINE = 0x2000;
    private static final int FDT_TOTAL_SIZE = 4;

    private final Memory memory;
    private final List<E820Entry> e820 = new ArrayList<>();
    private long treeGpa;
    private Optional<Bytes> tree = Optional.empty();

    private HandoffReader(Memory memory) {
        this.memory = memory;
    }

    /** @param memory by guest physical address */
    static Handoff read(Memory memory, long rip, long rsi) {
        return new HandoffReader(memory).read(rip, rsi);
    }

    private Handoff read(long rip, long rsi) {
        BootParams params = memory.read(BootParams.CODEC, rsi);
        e820.addAll(params.e820Table());
        long next = params.setupData();
        for (int i = 0; next != 0 && i < MAX_CHAIN; i++) {
            SetupData header = memory.read(SetupData.CODEC, next);
            take(header, next + SetupData.CODEC.size());
            next = header.next();
        }
        return new Handoff(rip, rsi, params.page(), treeGpa, tree, commandLine(params.cmdLinePtr()), e820);
    }

    private void take(SetupData header, long content) {
        if (header.type() == SetupData.DTB) {
            long size = Integer.toUnsignedLong(memory.readBytes(content, 8)
                    .asBuffer()
                    .order(ByteOrder.BIG_ENDIAN)
                    .getInt(FDT_TOTAL_SIZE));
            treeGpa = content;
            tree = Optional.of(memory.readBytes(content, (int) Math.min(size, header.len())));
        } else if (header.type() == SetupData.E820_EXT) {
            int entryBytes = E820Entry.CODEC.size();
            for (long offset = 0; offset + entryBytes <= header.len(); offset += entryBytes) {
                e820.add(memory.read(E820Entry.CODEC, content + offset));
            }
        }
    }

    private Bytes commandLine(long gpa) {
        Bytes text = memory.readBytes(gpa, MAX_COMMAND_LINE);
        int length = 0;
        while (length < text.size() && text.u8(length) != 0) {
            length++;
        }
        return text.slice(0, length);
    }
}
