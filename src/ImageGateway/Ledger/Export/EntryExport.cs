using System.Buffers;
using ImageGateway.Ledger.Queries;

namespace ImageGateway.Ledger.Export;

/// <summary>
/// Writes all entries of a query, a page at a time: memory use does not grow with them, and a slow reader holds no transaction,
/// which would keep SQLite's write-ahead log from being truncated.
/// </summary>
internal sealed class EntryExport(LedgerReader ledger, EntryQuery query, IExportFormat format)
{
    private const int PageRows = 2000;

    private List<LedgerRow> _page = [];
    private readonly ArrayBufferWriter<byte> _buffer = new(1 << 20);

    /// <summary>Reads the first page, so that a database failure is known before anything is written.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        format.Begin(_buffer);
        await ReadAsync(null, cancellationToken);
    }

    /// <summary>Writes everything.</summary>
    public async Task WriteAsync(Stream output, CancellationToken cancellationToken)
    {
        while (true)
        {
            foreach (var row in _page)
                format.Write(row, _buffer);
            await output.WriteAsync(_buffer.WrittenMemory, cancellationToken);
            _buffer.ResetWrittenCount();
            if (_page.Count < PageRows)
                return;
            await ReadAsync(new EntryPosition(_page[^1].CreatedAt, _page[^1].Id), cancellationToken);
        }
    }

    private async Task ReadAsync(EntryPosition? after, CancellationToken cancellationToken) =>
        _page = await ledger.ReadAsync(connection => query.ReadAsync(connection, after, PageRows, cancellationToken), cancellationToken);
}
