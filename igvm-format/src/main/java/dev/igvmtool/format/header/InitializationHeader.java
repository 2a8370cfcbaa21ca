package dev.igvmtool.format.header;

/** A header of the initialization section. */
public sealed interface InitializationHeader extends Header
        permits GuestPolicy,
                RelocatableRegion,
                PageTableRelocationRegion,
                CorimDocument,
                CorimSignature,
                CcaPolicy,
                UnknownInitializationHeader {
    /** Calls the method of {@code visitor} for this case. */
    <R> R accept(Visitor<R> visitor);

    /** One method per case. */
    interface Visitor<R> {
        R guestPolicy(GuestPolicy header);

        R relocatableRegion(RelocatableRegion header);

        R pageTableRelocationRegion(PageTableRelocationRegion header);

        R corimDocument(CorimDocument header);

        R corimSignature(CorimSignature header);

        R ccaPolicy(CcaPolicy header);

        R unknown(UnknownInitializationHeader header);
    }
}
