package dev.igvmtool.bootshim;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.paravisor.ExpectedPageHashes;
import dev.igvmtool.abi.paravisor.ImportedRegions;
import dev.igvmtool.abi.paravisor.ParameterRegion;
import dev.igvmtool.bootshim.plan.LogMessage;
import dev.igvmtool.bootshim.plan.ShimImage;
import dev.igvmtool.machine.guest.Cpu;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Says why shared pages do not have the hash that the image's maker measured: whether the host loaded something else, or
 * they changed on the way, and which pages. Only the log gets to know; the verdict is {@link IsolationSteps}'.
 */
final class HashDiagnosis {
    private static final int HASH = ImportedRegions.HASH_BYTES;

    private final Cpu cpu;
    private final BootLog log;
    private final HashRecord record;
    private final long expectedHashes;
    private final Sha384 combined = new Sha384();

    HashDiagnosis(Cpu cpu) {
        this.cpu = cpu;
        this.log = BootLog.of(cpu);
        this.record = HashRecord.of(cpu);
        this.expectedHashes = InputReader.of(cpu).image().parameterPage(ParameterRegion.PAGE_HASHES_PAGE);
    }

    /** Looks whether the image brings a hash for each of its shared pages. */
    void findExpectedHashes() {
        int count = 0;
        ShimImage image = InputReader.of(cpu).image();
        if (image.parameterRegion().end() >= expectedHashes + ParameterRegion.PAGE_HASHES_PAGE_COUNT * 4096L) {
            ExpectedPageHashes head = cpu.memory().read(ExpectedPageHashes.CODEC, expectedHashes);
            boolean known = head.magic() == ExpectedPageHashes.MAGIC
                    && head.version() == ExpectedPageHashes.VERSION
                    && head.count() <= ExpectedPageHashes.MAX_HASHES;
            count = known ? (int) head.count() : 0;
        }
        ShimVariables.of(cpu).setExpectedHashes(count);
        log.info(
                "DIAG_EXPECTED_HASHES_META loader_count={}{}",
                count,
                count == 0 ? " (region absent or magic/version mismatch; per-page compare disabled)" : "");
    }

    /** Takes note of a piece of shared memory before it changes hands. */
    void before(long gpa, Bytes content) {
        combined.add(content);
        if (!record.add(new HashRecord.Chunk(gpa, content.size(), Sha384.of(content)))) {
            log.error("DIAG_CHUNK_OVERFLOW gpa={} len={}", LogMessage.hex(gpa), LogMessage.hex(content.size()));
        }
        int known = ShimVariables.of(cpu).expectedHashes();
        for (int at = 0; known != 0 && at < content.size(); at += HashRecord.PAGE_BYTES) {
            int index = record.seenPages();
            if (index >= known) {
                record.addGoodPage();
                continue;
            }
            Bytes found = Sha384.of(content.slice(at, HashRecord.PAGE_BYTES));
            Bytes expected = cpu.memory()
                    .readBytes(expectedHashes + ExpectedPageHashes.CODEC.size() + (long) index * HASH, HASH);
            if (found.equals(expected)) {
                record.addGoodPage();
            } else {
                record.addBadPage(gpa + at, found, expected);
            }
        }
    }

    /** Compares a piece with what it was before; a difference is not fatal, for the hash will tell. */
    void after(long gpa, Bytes before, Bytes after) {
        if (before.equals(after)) {
            return;
        }
        int pages = before.size() / HashRecord.PAGE_BYTES;
        List<Integer> bad = IntStream.range(0, pages)
                .filter(page -> !page(before, page).equals(page(after, page)))
                .boxed()
                .toList();
        log.error(
                "DIAG_TRANSITION_MISMATCH gpa={} total_pages={} bad_pages={} before={} after={}",
                LogMessage.hex(gpa),
                pages,
                bad.size(),
                Sha384.of(before).toHex(),
                Sha384.of(after).toHex());
        log.error("DIAG_TRANSITION_PAGES gpa={} count={} ranges={}", LogMessage.hex(gpa), bad.size(), ranges(bad));
    }

    private static Bytes page(Bytes content, int page) {
        return content.slice(page * HashRecord.PAGE_BYTES, HashRecord.PAGE_BYTES);
    }

    /** Ends the note-taking of {@link #before}. */
    void finish() {
        record.setCombined(combined.finish());
    }

    /** Explains a mismatch. */
    void explain(Bytes found, Bytes expected) {
        log.error("DIAG_COMBINED_PHASE_C combined_phase_c={} expected={}", found.toHex(), expected.toHex());
        List<HashRecord.Chunk> chunks = record.chunks();
        if (chunks.isEmpty()) {
            log.error("DIAG_VERDICT nothing was converted, so nothing is known of the pages before");
        } else if (record.combined().equals(expected)) {
            log.error("DIAG_VERDICT the host loaded what the image holds; it changed when it was accepted or later");
        } else {
            log.error(
                    "DIAG_VERDICT the host loaded something else: phase_a={}",
                    record.combined().toHex());
        }
        int changed = 0;
        for (HashRecord.Chunk chunk : chunks) {
            Bytes now = Sha384.of(cpu.memory().readBytes(chunk.gpa(), chunk.size()));
            if (!now.equals(chunk.sha384())) {
                changed++;
                log.error(
                        "DIAG_POST_ACCEPT_MISMATCH gpa={} len={} phase_a={} phase_c={}",
                        LogMessage.hex(chunk.gpa()),
                        LogMessage.hex(chunk.size()),
                        chunk.sha384().toHex(),
                        now.toHex());
            }
        }
        log.error("DIAG_VERDICT {} of {} chunks changed after they were accepted", changed, chunks.size());
        explainPages();
    }

    private void explainPages() {
        int expected = ShimVariables.of(cpu).expectedHashes();
        log.error(
                "DIAG_PAGE_HASH_SUMMARY shim_seen={} bad={} loader_count={} overflow={}",
                record.seenPages(),
                record.badPages(),
                expected,
                record.seenPages() > expected);
        if (expected == 0) {
            return;
        }
        Bytes bitmap = record.bitmap();
        List<Integer> bad = IntStream.range(0, bitmap.size() * Byte.SIZE)
                .filter(page -> (bitmap.u8(page / Byte.SIZE) >> page % Byte.SIZE & 1) != 0)
                .boxed()
                .toList();
        log.error("DIAG_PAGE_HASH_RANGES bad={} ranges={}", record.badPages(), ranges(bad));
        for (HashRecord.BadPage page : record.keptBadPages()) {
            log.error(
                    "DIAG_PAGE_HASH_BAD idx={} gpa={} shim_hash={} expected_hash={}",
                    page.index(),
                    LogMessage.hex(page.gpa()),
                    page.found().toHex(),
                    page.expected().toHex());
        }
    }

    /** Ascending numbers as runs: {@code 0x8-0xa,0x11}. */
    private static String ranges(List<Integer> numbers) {
        List<String> runs = new ArrayList<>();
        for (int i = 0; i < numbers.size(); ) {
            int first = numbers.get(i);
            int last = first;
            while (++i < numbers.size() && numbers.get(i) == last + 1) {
                last++;
            }
            runs.add(first == last ? String.format("0x%x", first) : String.format("0x%x-0x%x", first, last));
        }
        return String.join(",", runs);
    }
}
