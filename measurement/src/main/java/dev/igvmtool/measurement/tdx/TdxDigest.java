package dev.igvmtool.measurement.tdx;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.format.header.ErrorRange;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.VpContext;
import dev.igvmtool.measurement.PlatformDigest;
import dev.igvmtool.measurement.Sha;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * MRTD of TDX: one SHA-384 over TDH.MEM.PAGE.ADD of each page, followed by TDH.MR.EXTEND of its 256-byte chunks if the
 * page is measured. Registers are not measured.
 */
public final class TdxDigest implements PlatformDigest {
    private static final int HEADER_BYTES = 128;
    private static final int GPA_OFFSET = 16;
    private static final int CHUNK_BYTES = 256;

    private final MessageDigest hash = Sha.sha384();
    private final ByteBuffer pageAdd = header("MEM.PAGE.ADD");
    private final ByteBuffer extend = header("MR.EXTEND");
    private final byte[] page = new byte[PageData.PAGE_SIZE];

    @Override
    public void page(PageData data) {
        add(data.gpa());
        if (data.flags().unmeasured()) {
            return;
        }
        data.content().copyTo(0, page, 0, data.content().size());
        Arrays.fill(page, data.content().size(), page.length, (byte) 0);
        for (int offset = 0; offset < page.length; offset += CHUNK_BYTES) {
            extend.putLong(GPA_OFFSET, data.gpa() + offset);
            hash.update(extend.rewind());
            hash.update(page, offset, CHUNK_BYTES);
        }
    }

    @Override
    public void unmeasuredPage(long gpa) {
        add(gpa);
    }

    @Override
    public void vpContext(VpContext context) {
        // The processor state of a TD is fixed; the image carries its own in a page.
    }

    @Override
    public void errorRange(ErrorRange range) {
        // Shared memory is no part of a TD's build.
    }

    @Override
    public Bytes finish() {
        return Bytes.wrap(hash.digest());
    }

    private void add(long gpa) {
        pageAdd.putLong(GPA_OFFSET, gpa);
        hash.update(pageAdd.rewind());
    }

    private static ByteBuffer header(String name) {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        return header.put(0, name.getBytes(StandardCharsets.US_ASCII));
    }
}
