package dev.igvmtool.measurement.snp;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.format.header.ErrorRange;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.VpContext;
import dev.igvmtool.measurement.PlatformDigest;
import dev.igvmtool.measurement.Sha;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;

/**
 * The launch digest of SEV-SNP: a chain over one 112-byte PAGE_INFO for each page, started from zeros. Whether a page
 * without data is a zero page does not matter here: it is NORMAL, with the hash of zeros.
 */
public final class SnpDigest implements PlatformDigest {
    private static final int DIGEST_BYTES = 48;
    private static final int PAGE_INFO_BYTES = 112;
    private static final byte[] NO_CONTENTS = new byte[DIGEST_BYTES];

    private final MessageDigest chain = Sha.sha384();
    private final MessageDigest page = Sha.sha384();
    private byte[] current = new byte[DIGEST_BYTES];
    private byte[] zeroPageHash = NO_CONTENTS;

    @Override
    public void page(PageData data) {
        switch (data.dataType()) {
            case SECRETS -> extend(SnpPageType.SECRETS, NO_CONTENTS, data.gpa());
            case CPUID_DATA, CPUID_XF -> extend(SnpPageType.CPUID, NO_CONTENTS, data.gpa());
            case NORMAL -> {
                if (data.flags().unmeasured()) {
                    extend(SnpPageType.UNMEASURED, NO_CONTENTS, data.gpa());
                } else {
                    extend(SnpPageType.NORMAL, hash(data.content()), data.gpa());
                }
            }
        }
    }

    @Override
    public void unmeasuredPage(long gpa) {
        extend(SnpPageType.UNMEASURED, NO_CONTENTS, gpa);
    }

    @Override
    public void vpContext(VpContext context) {
        extend(SnpPageType.VMSA, hash(context.content()), context.gpa());
    }

    @Override
    public void errorRange(ErrorRange range) {
        // Not launched as pages of the guest on this platform.
    }

    @Override
    public Bytes finish() {
        return Bytes.of(current);
    }

    /** One launch update: the chain goes on over PAGE_INFO. */
    void extend(SnpPageType type, byte[] contents, long gpa) {
        ByteBuffer info = ByteBuffer.allocate(PAGE_INFO_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        info.put(current).put(contents);
        info.putShort((short) PAGE_INFO_BYTES).put((byte) type.value());
        // IMI bit, permissions of VMPL 3 to 1 and a reserved byte: all zero.
        info.position(PAGE_INFO_BYTES - Long.BYTES);
        info.putLong(gpa);
        current = chain.digest(info.array());
    }

    private byte[] hash(Bytes content) {
        if (!content.isEmpty()) {
            Sha.update(page, content);
            page.update(ByteBuffer.allocate(PageData.PAGE_SIZE - content.size()));
            return page.digest();
        }
        if (zeroPageHash == NO_CONTENTS) {
            zeroPageHash = page.digest(new byte[PageData.PAGE_SIZE]);
        }
        return zeroPageHash;
    }
}
