using System.Buffers;
using ImageGateway.Ledger.Queries;

namespace ImageGateway.Ledger.Export;

/// <summary>An export format for entries. One instance writes one export.</summary>
internal interface IExportFormat
{
    string ContentType { get; }

    /// <summary>The file name's extension.</summary>
    string Extension { get; }

    /// <summary>True when only jobs that called a provider are exported.</summary>
    bool OnlyCharges { get; }

    /// <summary>Writes the beginning of the file.</summary>
    void Begin(IBufferWriter<byte> output);

    void Write(LedgerRow row, IBufferWriter<byte> output);
}
