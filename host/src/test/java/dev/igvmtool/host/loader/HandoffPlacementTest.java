package dev.igvmtool.host.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.x64.TableValue;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.Revision;
import dev.igvmtool.format.context.VbsRegister;
import dev.igvmtool.format.context.VbsVpContext;
import dev.igvmtool.format.context.X64Register;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.InitializationHeader;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.PageDataFlags;
import dev.igvmtool.format.header.PageDataType;
import dev.igvmtool.format.header.PageTableRelocationRegion;
import dev.igvmtool.format.header.Parameter;
import dev.igvmtool.format.header.ParameterArea;
import dev.igvmtool.format.header.ParameterInsert;
import dev.igvmtool.format.header.ParameterKind;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.format.header.RelocatableRegion;
import dev.igvmtool.format.header.RequiredMemory;
import dev.igvmtool.format.header.SupportedPlatform;
import dev.igvmtool.format.header.VpContext;
import dev.igvmtool.host.config.file.HostConfigReader;
import dev.igvmtool.testing.HandoffCase;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Images in outline, made from the maps of the reference cases, against the registers that the reference had at the
 * kernel's entry: GDT and page tables are then still those that the host loaded.
 */
class HandoffPlacementTest {
    static List<HandoffCase> cases() {
        return HandoffCase.all().stream()
                .filter(handoff -> handoff.isolation().equals("none"))
                .filter(handoff -> handoff.has("expected/entry-registers.json"))
                .filter(HandoffCase::hasUsualTree)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void standsWhereTheReferenceStood(HandoffCase handoff) {
        JsonNode expected = handoff.json("expected/entry-registers.json");

        LoadPlan plan = IgvmLoader.plan(
                image(handoff), HostConfigReader.read(handoff.configFile()).build());

        assertEquals(hex(expected.get("cr3")), register(plan, X64Register.CR3).u64());
        assertEquals(
                hex(expected.get("shim_base")), register(plan, X64Register.RIP).u64());
        TableValue gdtr = register(plan, X64Register.GDTR).table();
        assertEquals(hex(expected.get("gdtr").get("base")), gdtr.base());
        assertEquals(hex(expected.get("gdtr").get("limit")), gdtr.limit());
        assertEquals(handoff.bytes("host-tree.dtb"), plan.hostTree().orElseThrow());
        long offset = gdtr.base() - MapLines.of(handoff, "underhill-gdt").get(0).start();
        GpaRange area = MapLines.of(handoff, "underhill-device-tree").get(0);
        PageImport inserted = plan.imports().stream()
                .filter(pages -> pages.gpa() == area.start() + offset)
                .findFirst()
                .orElseThrow();
        assertEquals(area.size(), inserted.sizeBytes());
        assertEquals(handoff.bytes("host-tree.dtb"), inserted.content());
    }

    @Test
    void thereAreCases() {
        assertTrue(cases().size() > 35);
    }

    private static IgvmFile image(HandoffCase handoff) {
        List<InitializationHeader> initializations = new ArrayList<>();
        for (GpaRange range : MapLines.of(handoff, "relocation region")) {
            initializations.add(
                    new RelocatableRegion(1, 0, 2, 7, 0x20_0000, range.start(), range.size(), 0x800_0000, 1L << 48));
        }
        for (GpaRange range : MapLines.of(handoff, "pagetable relocation region")) {
            initializations.add(
                    new PageTableRelocationRegion(1, 0, 2, range.start(), range.size(), range.size() - 0x1000));
        }
        List<Directive> directives = new ArrayList<>();
        for (GpaRange range : MapLines.of(handoff, "")) {
            directives.add(new RequiredMemory(range.start(), 1, range.size(), false));
        }
        for (GpaRange range : MapLines.of(handoff, "VTL2 protectable")) {
            directives.add(new RequiredMemory(range.start(), 1, range.size(), true));
        }
        GpaRange tree = MapLines.of(handoff, "underhill-device-tree").get(0);
        directives.add(new ParameterArea(tree.size(), 2, Bytes.EMPTY));
        directives.add(new Parameter(ParameterKind.DEVICE_TREE, 2, 0));
        directives.add(new VpContext(0, 1, 0, context(handoff).toBytes()));
        directives.add(new ParameterInsert(tree.start(), 1, 2));
        for (GpaRange tables : MapLines.of(handoff, "underhill-page-tables")) {
            directives.add(
                    new PageData(tables.start(), 1, PageDataFlags.NONE, PageDataType.NORMAL, Bytes.fromHex("00")));
        }
        return new IgvmFile(
                Revision.V1,
                List.of(new SupportedPlatform(1, 2, PlatformType.VSM_ISOLATION, 1, 0)),
                initializations,
                directives);
    }

    private static VbsVpContext context(HandoffCase handoff) {
        return new VbsVpContext(
                2,
                List.of(
                        VbsRegister.ofTable(
                                X64Register.GDTR.number(),
                                new TableValue(
                                        0x1f,
                                        MapLines.of(handoff, "underhill-gdt")
                                                .get(0)
                                                .start())),
                        VbsRegister.ofU64(
                                X64Register.CR3.number(),
                                MapLines.of(handoff, "underhill-page-tables")
                                        .get(0)
                                        .start()),
                        VbsRegister.ofU64(
                                X64Register.RIP.number(),
                                MapLines.of(handoff, "underhill-boot-shim")
                                        .get(0)
                                        .start())));
    }

    private static VbsRegister register(LoadPlan plan, X64Register name) {
        return plan.registers().stream()
                .filter(register -> register.name() == name.number())
                .findFirst()
                .orElseThrow();
    }

    private static long hex(JsonNode node) {
        return Long.parseUnsignedLong(node.asText().substring(2), 16);
    }
}
