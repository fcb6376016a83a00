using System.Text;
using ImageGateway.Images;

namespace ImageGateway.Ledger.Reconciliation;

/// <summary>Reads CSV (RFC 4180) row by row, with any line ends; quoted cells may span lines.</summary>
internal sealed class CsvReader(TextReader text)
{
    private const int MaxCell = 64 * 1024;

    private readonly char[] _buffer = new char[16 * 1024];
    private readonly StringBuilder _cell = new();
    private int _at;
    private int _length;
    private int _line;

    /// <summary>The line on which the last row began, 1 for the first.</summary>
    public int Line { get; private set; }

    /// <summary>Reads the next row that is not empty; false at the end.</summary>
    /// <exception cref="GatewayException">It is not valid CSV: a quote is not closed, or a cell is longer than 64 KB.</exception>
    public async ValueTask<bool> ReadAsync(List<string> row, CancellationToken cancellationToken)
    {
        row.Clear();
        Line = _line + 1;
        var isQuoted = false;
        while (await PeekAsync(cancellationToken) is { } c)
        {
            _at++;
            _line += c == '\n' ? 1 : 0;
            if (isQuoted && c == '"' && await PeekAsync(cancellationToken) == '"')
            {
                _at++;
                Append('"');
            }
            else if (c == '"' && (isQuoted || _cell.Length == 0))
            {
                isQuoted = !isQuoted;
            }
            else if (!isQuoted && c == ',')
            {
                EndCell(row);
            }
            else if (!isQuoted && c == '\n')
            {
                if (EndRow(row))
                    return true;
                Line = _line + 1;
            }
            else
            {
                Append(c);
            }
        }
        return isQuoted ? throw Bad($"a quote that begins in the row of line {Line} is not closed") : EndRow(row);
    }

    private bool EndRow(List<string> row)
    {
        if (_cell.Length > 0 && _cell[^1] == '\r')
            _cell.Length--;
        EndCell(row);
        if (row is not [""])
            return true;
        row.Clear();
        return false;
    }

    private void EndCell(List<string> row)
    {
        row.Add(_cell.ToString());
        _cell.Clear();
    }

    private void Append(char c)
    {
        if (_cell.Length == MaxCell)
            throw Bad($"a cell in the row of line {Line} is longer than {MaxCell} characters");
        _cell.Append(c);
    }

    private async ValueTask<char?> PeekAsync(CancellationToken cancellationToken)
    {
        if (_at == _length)
            (_at, _length) = (0, await text.ReadAsync(_buffer, cancellationToken));
        return _length == 0 ? null : _buffer[_at];
    }

    private static GatewayException Bad(string what) => new(ErrorKind.InvalidValue, $"The file is not valid CSV: {what}.", "file");
}
