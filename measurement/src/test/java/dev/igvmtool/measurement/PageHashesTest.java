package dev.igvmtool.measurement;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PageHashesTest {
    @Test
    void hashesPagesOneByOneAndTogetherFilledUpWithZeros() {
        List<Bytes> pages = pages();
        ByteWriter each = new ByteWriter();
        ByteWriter content = new ByteWriter();
        for (Bytes page : pages) {
            byte[] whole = page.paddedTo(4096).toByteArray();
            content.bytes(Bytes.wrap(whole));
            each.bytes(Bytes.wrap(Sha.sha384().digest(whole)));
        }
        PageHashes.Summary summary = new PageHashes().summary(pages);
        assertEquals(each.toBytes(), summary.each());
        assertEquals(Bytes.wrap(Sha.sha384().digest(content.toBytes().toByteArray())), summary.all());
        assertEquals(each.toBytes(), new PageHashes().each(pages));
    }

    @Test
    void rememberedHashesAreThoseOfThePages() {
        List<Bytes> pages = pages();
        Bytes expected = new PageHashes().each(pages);
        PageHashes remembering = PageHashes.remembering();
        assertEquals(expected.slice(0, 10 * PageHashes.HASH_BYTES), remembering.each(pages.subList(0, 10)));
        assertEquals(expected, remembering.each(pages));
        List<Bytes> twice = new ArrayList<>(pages.subList(5, 8));
        twice.addAll(pages.subList(5, 8));
        Bytes some = expected.slice(5 * PageHashes.HASH_BYTES, 3 * PageHashes.HASH_BYTES);
        assertEquals(new ByteWriter().bytes(some).bytes(some).toBytes(), remembering.each(twice));
    }

    @Test
    void givesTheHashOfNothingForNoPages() {
        PageHashes.Summary summary = new PageHashes().summary(List.of());
        assertEquals(Bytes.EMPTY, summary.each());
        assertEquals(Bytes.wrap(Sha.sha384().digest()), summary.all());
    }

    /** More than one task has: whole pages, parts of pages, empty ones. */
    private static List<Bytes> pages() {
        Random random = new Random(4);
        List<Bytes> pages = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            byte[] content = new byte[i % 3 == 0 ? 4096 : i % 3 == 1 ? random.nextInt(4096) : 0];
            random.nextBytes(content);
            pages.add(Bytes.wrap(content));
        }
        return pages;
    }
}
