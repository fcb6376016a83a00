using System.Buffers;
using ImageGateway.Ledger.Queries;

namespace ImageGateway.Ledger.Export;

/// <summary>A format that entries are exported in. One instance writes one export.</summary>
internal interface IExportFormat
{
    string ContentType { get; }

    /// <summary>Of the file's name.</summary>
    string Extension { get; }

    /// <summary>True when only jobs that called a provider are of interest.</summary>
    bool OnlyCharges { get; }

    /// <summary>What comes first.</summary>
    void Begin(IBufferWriter<byte> output);

    void Write(LedgerRow row, IBufferWriter<byte> output);
}
