package dev.igvmtool.paravisor.vtl0;

import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.hv.RegisterAssociation;
import dev.igvmtool.abi.hv.RegisterValue;
import java.util.ArrayList;
import java.util.List;

/**
 * Start of the UEFI firmware: image and page tables are in place, registers come from the VP context page.
 *
 * @param vpContextPage content of the page: a count, then records of 32 bytes
 * @param config blob for the firmware
 * @param physicalAddressBits width of physical addresses, from CPUID
 */
public record UefiLoad(Bytes vpContextPage, UefiConfig config, int physicalAddressBits) {
    private static final int RECORD_BYTES = 32;

    /**
     * The plan.
     *
     * @throws FormatException if the register count does not fit the page
     */
    public LoadPlan plan() {
        List<RegisterAssociation> registers = new ArrayList<>(contextRegisters());
        registers.addAll(Mtrrs.variable(config.view(), physicalAddressBits));
        Bytes blob = config.toBytes();
        return new LoadPlan(
                "UEFI, configuration of " + blob.size() + " bytes",
                List.of(new LoadPlan.Write("UEFI configuration", UefiConfig.GPA, blob)),
                registers);
    }

    private List<RegisterAssociation> contextRegisters() {
        ByteReader reader = new ByteReader(vpContextPage);
        long count = reader.u32();
        if (count * RECORD_BYTES > reader.remaining()) {
            throw new FormatException(String.format(
                    "VP context page holds %d registers, at most %d fit", count, reader.remaining() / RECORD_BYTES));
        }
        List<RegisterAssociation> registers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            reader.skip(1); // VTL: names the file's highest VTL, the context is VTL0's all the same
            int name = (int) reader.u32();
            reader.skip(11);
            registers.add(new RegisterAssociation(name, RegisterValue.CODEC.read(reader)));
        }
        return registers;
    }
}
