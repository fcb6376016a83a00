using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ImageGateway.Admin;
using ImageGateway.Images;

namespace ImageGateway.Tests.Admin;

public sealed class CursorTests
{
    [Fact]
    public void Cursor_gives_back_its_parts() => Properties.Hold(100, random =>
    {
        var parts = Enumerable.Range(0, random.Next(1, 5)).Select(_ => Convert.ToBase64String(random.Bytes(random.Next(0, 40)))).ToArray();
        var cursor = Cursor.Of(parts);
        Assert.Matches("^[A-Za-z0-9_-]+$", cursor);
        Assert.Equal(parts, Cursor.Read(cursor, parts.Length));
    });

    [Fact]
    public void Any_letter_changed_is_refused()
    {
        var cursor = Cursor.Of("tenants", "acme");
        for (var i = 0; i < cursor.Length; i++)
            Refused($"{cursor[..i]}{(cursor[i] == 'A' ? 'B' : 'A')}{cursor[(i + 1)..]}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("acme")]
    [InlineData("42")]
    [InlineData("ä")]
    [InlineData("AAAA AAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAA")]
    public void Anything_else_is_refused(string cursor) => Refused(cursor);

    [Fact]
    public void Cursor_cut_off_or_padded_is_refused()
    {
        var cursor = Cursor.Of("tenants", "acme!");
        Refused(cursor[..^1]);
        Refused($"{cursor} ");
        Refused($"{cursor}=");
    }

    [Fact]
    public void Cursor_of_a_list_with_other_parts_is_refused() => Refused(Cursor.Of(1.ToString(CultureInfo.InvariantCulture)));

    // The checksum can be computed by anybody.
    [Theory]
    [InlineData("[null,\"1\"]")]
    [InlineData("[\"a\\u0000b\",\"1\"]")]
    [InlineData("[\"\\ud800\",\"1\"]")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[1,2]")]
    public void Forged_cursor_is_refused(string content)
    {
        var bytes = Encoding.UTF8.GetBytes(content);
        Refused(Base64Url.EncodeToString([.. SHA256.HashData(bytes).AsSpan(0, 8), .. bytes]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("x")]
    [InlineData("253402300800000")]
    [InlineData("9223372036854775807")]
    [InlineData("99999999999999999999")]
    public void Forged_moment_is_refused(string moment) =>
        Assert.Equal(ErrorKind.InvalidValue, Assert.Throws<GatewayException>(() => Cursor.Moment(moment, "forged")).Error.Kind);

    private static void Refused(string cursor)
    {
        var error = Assert.Throws<GatewayException>(() => Cursor.Read(cursor, 2)).Error;
        Assert.Equal((ErrorKind.InvalidValue, "cursor"), (error.Kind, error.Param));
        Assert.Contains("'cursor'", error.Message, StringComparison.Ordinal);
    }
}
