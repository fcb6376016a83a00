using System.Buffers;
using System.Globalization;
using System.Text;
using ImageGateway.Images;

namespace ImageGateway.Ledger.Export;

/// <summary>
/// Writes CSV (RFC 4180) as UTF-8. Text that a spreadsheet would interpret as a formula gets an apostrophe in front; numbers,
/// which no outsider chose, do not.
/// </summary>
internal sealed class CsvWriter(IBufferWriter<byte> output)
{
    private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"\r\n");

    private bool _isInRow;

    /// <summary>A text cell; empty for null.</summary>
    public void Text(string? text)
    {
        Separate();
        if (string.IsNullOrEmpty(text))
            return;
        var isFormula = text[0] is '=' or '+' or '-' or '@' or '\t' or '\r';
        if (!text.AsSpan().ContainsAny(Quoted))
        {
            if (isFormula)
                output.Write("'"u8);
            Encoding.UTF8.GetBytes(text, output);
            return;
        }
        output.Write(isFormula ? "\"'"u8 : "\""u8);
        Encoding.UTF8.GetBytes(text.Replace("\"", "\"\"", StringComparison.Ordinal), output);
        output.Write("\""u8);
    }

    public void Number(long? number)
    {
        Separate();
        if (number is { } value)
            Write(value, default);
    }

    public void Number(decimal? number)
    {
        Separate();
        if (number is { } value)
            Write(value, default);
    }

    /// <summary>An amount of nano-USD, in USD.</summary>
    public void Usd(long nano)
    {
        Separate();
        Write(new NanoUsd(nano).Usd, default);
    }

    /// <summary>A time (Unix ms) as in <c>2026-11-20T12:00:00Z</c>, with milliseconds if <paramref name="isExact"/>.</summary>
    public void Time(long moment, bool isExact)
    {
        Separate();
        Write(DateTimeOffset.FromUnixTimeMilliseconds(moment), isExact ? "yyyy-MM-dd'T'HH:mm:ss.fff'Z'" : "yyyy-MM-dd'T'HH:mm:ss'Z'");
    }

    public void EndRow()
    {
        output.Write("\r\n"u8);
        _isInRow = false;
    }

    private void Separate()
    {
        if (_isInRow)
            output.Write(","u8);
        _isInRow = true;
    }

    private void Write<T>(T value, ReadOnlySpan<char> format)
        where T : IUtf8SpanFormattable
    {
        var span = output.GetSpan(48);
        value.TryFormat(span, out var written, format, CultureInfo.InvariantCulture);
        output.Advance(written);
    }
}
