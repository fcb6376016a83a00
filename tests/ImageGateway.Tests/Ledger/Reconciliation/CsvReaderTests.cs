using ImageGateway.Images;
using ImageGateway.Ledger.Reconciliation;

namespace ImageGateway.Tests.Ledger.Reconciliation;

public sealed class CsvReaderTests
{
    [Theory]
    [InlineData("a,b\r\n1,2\r\n", "1:a|b 2:1|2")]
    [InlineData("a,b\n\n1,2", "1:a|b 3:1|2")]
    [InlineData("\"a,\"\"x\"\"\",b", "1:a,\"x\"|b")]
    [InlineData("\"a\nb\",c\nd,", "1:a\nb|c 3:d|")]
    [InlineData("it\"s,b", "1:it\"s|b")]
    [InlineData("", "")]
    [InlineData("\r\n\r\n", "")]
    public async Task Rows_are_read_with_their_lines(string text, string expected) => Assert.Equal(expected, string.Join(' ', await ReadAsync(text)));

    [Fact]
    public async Task Row_across_the_buffer_is_read_whole()
    {
        var cell = new string('x', 16 * 1024 - 2);
        Assert.Equal([$"1:{cell}|\"|{cell}"], await ReadAsync($"{cell},\"\"\"\",{cell}"));
    }

    [Theory]
    [InlineData("a\n\"b", "line 2 is not closed")]
    [InlineData(null, "longer than 65536")]
    public async Task What_is_no_csv_is_refused(string? text, string expected)
    {
        var error = await Assert.ThrowsAsync<GatewayException>(() => ReadAsync(text ?? new string('x', 70_000)));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private static async Task<List<string>> ReadAsync(string text)
    {
        var (csv, row, rows) = (new CsvReader(new StringReader(text)), new List<string>(), new List<string>());
        while (await csv.ReadAsync(row, CancellationToken.None))
            rows.Add($"{csv.Line}:{string.Join('|', row)}");
        return rows;
    }
}
