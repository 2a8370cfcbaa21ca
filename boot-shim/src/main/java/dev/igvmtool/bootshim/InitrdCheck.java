package dev.igvmtool.bootshim;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.bootshim.plan.LogMessage;
import dev.igvmtool.bootshim.plan.ShimFatalException;
import dev.igvmtool.bootshim.plan.ShimImage;
import dev.igvmtool.machine.guest.Core;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/**
 * Whether the initrd is the one of the image's maker; where the host may see everything, with what helps to find out why
 * it is not. Follows openhcl_boot/src/main.rs: validate_initrd_crc.
 */
record InitrdCheck(Core cpu, GpaRange initrd, long expected) {
    private static final int PAGE_BYTES = 4096;
    private static final int EDGE_BYTES = 16;
    private static final int SLICES = 8;

    static InitrdCheck of(Core cpu) {
        ShimImage image = InputReader.of(cpu).image();
        return new InitrdCheck(cpu, image.initrd(), image.params().initrdCrc());
    }

    /** @throws ShimFatalException if the CRC differs */
    void run() {
        long found = crc(initrd);
        if (found == expected) {
            return;
        }
        if (InputReader.inputs(cpu).commandLine().options().confidentialDebug()) {
            explain(found);
        }
        throw new ShimFatalException(
                String.format("CRC-32 of the initrd is 0x%08x, the image says 0x%08x", found, expected));
    }

    /** A second CRC tells memory that changes; edges and slices tell where it differs. */
    private void explain(long found) {
        BootLog log = BootLog.of(cpu);
        log.error(
                "initrd at {} with {} bytes: crc={} expected={} again={}",
                LogMessage.hex(initrd.start()),
                LogMessage.hex(initrd.size()),
                LogMessage.hex(found),
                LogMessage.hex(expected),
                LogMessage.hex(crc(initrd)));
        int edge = (int) Math.min(EDGE_BYTES, initrd.size());
        Bytes first = cpu.memory().readBytes(initrd.start(), edge);
        Bytes last = cpu.memory().readBytes(initrd.end() - edge, edge);
        log.error("initrd starts with {} and ends with {}", first.toHex(), last.toHex());
        List<String> slices = new ArrayList<>();
        for (int i = 0; i < SLICES; i++) {
            slices.add(String.format("%08x", crc(slice(i))));
        }
        log.error("crc of each eighth of the initrd: {}", String.join(",", slices));
    }

    /** An eighth, rounded down to bytes; the last one takes the rest. */
    private GpaRange slice(int index) {
        long size = initrd.size() / SLICES;
        long start = initrd.start() + index * size;
        return new GpaRange(start, index == SLICES - 1 ? initrd.end() : start + size);
    }

    private long crc(GpaRange range) {
        CRC32 crc = new CRC32();
        byte[] page = new byte[PAGE_BYTES];
        for (long at = range.start(); at != range.end(); ) {
            int length = (int) Math.min(PAGE_BYTES, range.end() - at);
            cpu.memory().read(at, page, 0, length);
            crc.update(page, 0, length);
            at += length;
        }
        return crc.getValue();
    }
}
