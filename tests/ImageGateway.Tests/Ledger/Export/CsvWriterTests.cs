using System.Buffers;
using System.Text;
using ImageGateway.Ledger.Export;

namespace ImageGateway.Tests.Ledger.Export;

public sealed class CsvWriterTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData("", "")]
    [InlineData("plain ü", "plain ü")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"x\"", "\"say \"\"x\"\"\"")]
    [InlineData("two\nlines", "\"two\nlines\"")]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@x", "'@x")]
    [InlineData("\tx", "'\tx")]
    [InlineData("\rx", "\"'\rx\"")]
    [InlineData("=\"a\",b", "\"'=\"\"a\"\",b\"")]
    [InlineData("a=b", "a=b")]
    public void Text_is_quoted_where_needed_and_no_formula(string? text, string expected) => Assert.Equal($"{expected}\r\n", Write(csv => csv.Text(text)));

    [Fact]
    public void Numbers_are_written_as_they_are()
    {
        var row = Write(csv =>
        {
            csv.Usd(-5);
            csv.Usd(166_650_000);
            csv.Usd(long.MaxValue);
            csv.Number(-7L);
            csv.Number((long?)null);
            csv.Number(0.0000000010m);
            csv.Time(1_700_000_000_123, isExact: true);
            csv.Time(1_700_000_000_123, isExact: false);
        });
        Assert.Equal("-0.000000005,0.16665,9223372036.854775807,-7,,0.0000000010,2023-11-14T22:13:20.123Z,2023-11-14T22:13:20Z\r\n", row);
    }

    private static string Write(Action<CsvWriter> write)
    {
        var output = new ArrayBufferWriter<byte>();
        var csv = new CsvWriter(output);
        write(csv);
        csv.EndRow();
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
