package dev.igvmtool.measurement.snp;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.format.header.ErrorRange;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.VpContext;
import dev.igvmtool.measurement.LaunchRules.EmptyPages;
import dev.igvmtool.measurement.PageHashes;
import dev.igvmtool.measurement.PlatformDigest;
import dev.igvmtool.measurement.Sha;
import dev.igvmtool.measurement.Step;
import dev.igvmtool.measurement.Trace;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** The launch digest of SEV-SNP: a chain over one 112-byte PAGE_INFO for each page, started from zeros. */
public final class SnpDigest implements PlatformDigest {
    /** Bytes of a digest. */
    public static final int DIGEST_BYTES = 48;

    private static final int PAGE_INFO_BYTES = 112;
    private static final Bytes NO_CONTENTS = Bytes.zeros(DIGEST_BYTES);
    // Enough for all cores, little enough for any memory.
    private static final int BATCH = 4096;

    private final EmptyPages emptyPages;
    private final Trace trace;
    private final MessageDigest chain = Sha.sha384();
    private final PageHashes pageHashes;
    private final List<Update> updates = new ArrayList<>();
    private byte[] current;

    /** A launch update that waits for the hash of its content, if its type has one. */
    private record Update(SnpPageType type, long gpa, Bytes content, String detail) {}

    /** A chain that starts where every launch starts. */
    public SnpDigest(EmptyPages emptyPages, Trace trace) {
        this(NO_CONTENTS, emptyPages, trace);
    }

    /** The same with hashes of pages that may be known already. */
    public SnpDigest(EmptyPages emptyPages, Trace trace, PageHashes pageHashes) {
        this(NO_CONTENTS, emptyPages, trace, pageHashes);
    }

    /** A chain that goes on from {@code start}, 48 bytes. */
    public SnpDigest(Bytes start, EmptyPages emptyPages, Trace trace) {
        this(start, emptyPages, trace, new PageHashes());
    }

    private SnpDigest(Bytes start, EmptyPages emptyPages, Trace trace, PageHashes pageHashes) {
        this.current = start.toByteArray();
        this.pageHashes = pageHashes;
        this.emptyPages = emptyPages;
        this.trace = trace;
    }

    /**
     * One launch update.
     *
     * @param content of a page; looked at for NORMAL and VMSA only, short content ends in zeros
     * @param detail for the trace
     */
    public void update(SnpPageType type, long gpa, Bytes content, String detail) {
        updates.add(new Update(type, gpa, content, detail));
        if (updates.size() == BATCH) {
            flush();
        }
    }

    /** The digest of everything given so far. */
    public Bytes soFar() {
        flush();
        return Bytes.of(current);
    }

    @Override
    public void page(PageData data) {
        update(type(data), data.gpa(), data.content(), data.content().isEmpty() ? "no data" : "");
    }

    private SnpPageType type(PageData data) {
        return switch (data.dataType()) {
            case SECRETS -> SnpPageType.SECRETS;
            case CPUID_DATA, CPUID_XF -> SnpPageType.CPUID;
            case NORMAL -> {
                if (data.flags().unmeasured()) {
                    yield SnpPageType.UNMEASURED;
                }
                boolean zero = emptyPages == EmptyPages.ZERO && data.content().isEmpty();
                yield zero ? SnpPageType.ZERO : SnpPageType.NORMAL;
            }
        };
    }

    @Override
    public void parameterPage(long gpa, int parameterAreaIndex) {
        update(SnpPageType.UNMEASURED, gpa, Bytes.EMPTY, trace.isOn() ? "parameter area " + parameterAreaIndex : "");
    }

    @Override
    public void vpContext(VpContext context) {
        update(SnpPageType.VMSA, context.gpa(), context.content(), "vp " + context.vpIndex());
    }

    @Override
    public void errorRange(ErrorRange range) {
        // Not launched as pages of the guest on this platform.
    }

    @Override
    public Bytes finish() {
        return soFar();
    }

    private void flush() {
        Bytes hashes = pageHashes.each(updates.stream()
                .filter(it -> it.type().isHashed())
                .map(Update::content)
                .toList());
        int next = 0;
        for (Update update : updates) {
            Bytes contents = NO_CONTENTS;
            if (update.type().isHashed()) {
                contents = hashes.slice(next, DIGEST_BYTES);
                next += DIGEST_BYTES;
            }
            extend(update.type(), contents, update.gpa());
            if (trace.isOn()) {
                trace.add(step(update));
            }
        }
        updates.clear();
    }

    private Step step(Update update) {
        // A page of type ZERO is known to be zeros.
        boolean withContent = update.type().isHashed() || update.type() == SnpPageType.ZERO;
        return new Step(
                update.type().name(), OptionalLong.of(update.gpa()), withContent, update.detail(), Bytes.of(current));
    }

    /** The chain goes on over PAGE_INFO. */
    private void extend(SnpPageType type, Bytes contents, long gpa) {
        ByteBuffer info = ByteBuffer.allocate(PAGE_INFO_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        info.put(current).put(contents.asBuffer());
        info.putShort((short) PAGE_INFO_BYTES).put((byte) type.value());
        // IMI bit, permissions of VMPL 3 to 1 and a reserved byte: all zero.
        info.position(PAGE_INFO_BYTES - Long.BYTES);
        info.putLong(gpa);
        current = chain.digest(info.array());
    }
}
