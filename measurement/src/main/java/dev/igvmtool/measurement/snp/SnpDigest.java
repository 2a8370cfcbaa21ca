package dev.igvmtool.measurement.snp;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.format.header.ErrorRange;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.VpContext;
import dev.igvmtool.measurement.PageHashes;
import dev.igvmtool.measurement.PlatformDigest;
import dev.igvmtool.measurement.Sha;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The launch digest of SEV-SNP: a chain over one 112-byte PAGE_INFO for each page, started from zeros. Whether a page
 * without data is a zero page does not matter here: it is NORMAL, with the hash of zeros.
 */
public final class SnpDigest implements PlatformDigest {
    private static final int DIGEST_BYTES = 48;
    private static final int PAGE_INFO_BYTES = 112;
    private static final Bytes NO_CONTENTS = Bytes.zeros(DIGEST_BYTES);
    // Enough for all cores, little enough for any memory.
    private static final int BATCH = 4096;

    private final MessageDigest chain = Sha.sha384();
    private final PageHashes pageHashes = new PageHashes();
    private final List<Update> updates = new ArrayList<>();
    private byte[] current = new byte[DIGEST_BYTES];

    /** A launch update that waits for the hash of its content. */
    private record Update(SnpPageType type, long gpa, Optional<Bytes> hashed) {}

    @Override
    public void page(PageData data) {
        switch (data.dataType()) {
            case SECRETS -> add(SnpPageType.SECRETS, data.gpa(), Optional.empty());
            case CPUID_DATA, CPUID_XF -> add(SnpPageType.CPUID, data.gpa(), Optional.empty());
            case NORMAL -> {
                if (data.flags().unmeasured()) {
                    add(SnpPageType.UNMEASURED, data.gpa(), Optional.empty());
                } else {
                    add(SnpPageType.NORMAL, data.gpa(), Optional.of(data.content()));
                }
            }
        }
    }

    @Override
    public void unmeasuredPage(long gpa) {
        add(SnpPageType.UNMEASURED, gpa, Optional.empty());
    }

    @Override
    public void vpContext(VpContext context) {
        add(SnpPageType.VMSA, context.gpa(), Optional.of(context.content()));
    }

    @Override
    public void errorRange(ErrorRange range) {
        // Not launched as pages of the guest on this platform.
    }

    @Override
    public Bytes finish() {
        flush();
        return Bytes.of(current);
    }

    private void add(SnpPageType type, long gpa, Optional<Bytes> hashed) {
        updates.add(new Update(type, gpa, hashed));
        if (updates.size() == BATCH) {
            flush();
        }
    }

    private void flush() {
        Bytes hashes = pageHashes.each(
                updates.stream().flatMap(it -> it.hashed().stream()).toList());
        int next = 0;
        for (Update update : updates) {
            Bytes contents = NO_CONTENTS;
            if (update.hashed().isPresent()) {
                contents = hashes.slice(next, DIGEST_BYTES);
                next += DIGEST_BYTES;
            }
            extend(update.type(), contents, update.gpa());
        }
        updates.clear();
    }

    /** One launch update: the chain goes on over PAGE_INFO. */
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
