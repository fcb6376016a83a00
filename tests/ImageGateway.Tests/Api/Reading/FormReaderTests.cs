using System.Text;
using ImageGateway.Api;
using ImageGateway.Api.Reading;
using ImageGateway.Images;
using Microsoft.AspNetCore.Http;

namespace ImageGateway.Tests.Api.Reading;

public sealed class FormReaderTests
{
    private readonly BlockPool _pool = new();
    private readonly BufferBudget _budget = new(1 << 20);

    [Theory]
    [InlineData("form-data; name=image; filename*")]
    [InlineData("form-data; name=image; filename")]
    [InlineData("form-data; name")]
    [InlineData("form-data; name=\"\"")]
    [InlineData("form-data")]
    [InlineData("")]
    public async Task Part_without_a_readable_name_is_refused(string disposition) => Assert.Contains("no name", (await FailureAsync(disposition)).Message, StringComparison.Ordinal);

    // What is qualit\y here is the quality to a reader that undoes quoted pairs: the one is charged, the other is drawn.
    [Theory]
    [InlineData("form-data; name=\"qualit\\y\"")]
    [InlineData("form-data; name=\"im\\age\"; filename=\"a.png\"")]
    [InlineData("form-data; name=\"prompt\\\"\"")]
    public async Task Name_that_readers_understand_differently_is_refused(string disposition) => Assert.Contains("backslash", (await FailureAsync(disposition)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Text_of_all_fields_together_is_bounded()
    {
        var error = await FailureAsync(string.Join("", Enumerable.Range(0, 5).Select(i => Part($"form-data; name=a{i}", new string('x', 220_000)))), ErrorKind.RequestTooLarge);
        Assert.Equal("a4", error.Param);
    }

    // Other letters would take the place of those that it is not, and be drawn.
    [Theory]
    [InlineData("text/plain", false)]
    [InlineData("text/plain; charset=utf-8", false)]
    [InlineData("text/plain; charset=klingon", false)]
    [InlineData("text/plain; charset=\"ISO-8859-1\"", true)]
    public async Task Text_is_in_the_charset_that_it_says(string type, bool isRead)
    {
        byte[] part = [.. Encoding.ASCII.GetBytes($"--x\r\nContent-Disposition: form-data; name=user\r\nContent-Type: {type}\r\n\r\nCaf"), 0xE9, .. "\r\n"u8];
        var error = await FailureAsync(part, isRead ? ErrorKind.MissingParameter : ErrorKind.InvalidValue);
        Assert.Equal(isRead ? "image" : "user", error.Param);
    }

    private Task<GatewayError> FailureAsync(string disposition) => FailureAsync(Part(disposition, "high"), ErrorKind.InvalidValue);

    private static string Part(string disposition, string text) => $"--x\r\nContent-Disposition: {disposition}\r\n\r\n{text}\r\n";

    private Task<GatewayError> FailureAsync(string parts, ErrorKind kind) => FailureAsync(Encoding.UTF8.GetBytes(parts), kind);

    private async Task<GatewayError> FailureAsync(byte[] parts, ErrorKind kind)
    {
        byte[] form = [.. Encoding.UTF8.GetBytes(Part("form-data; name=prompt", "a fox")), .. parts, .. "--x--\r\n"u8];
        var request = new DefaultHttpContext().Request;
        request.Body = new MemoryStream(form);
        var refused = await Assert.ThrowsAsync<GatewayException>(() => new FormReader(_pool, _budget).ReadAsync(request, "x", Operation.Edit, null, new BodyLimits(), CancellationToken.None));
        Assert.Equal(kind, refused.Error.Kind);
        Assert.Equal(0, _budget.Held);
        return refused.Error;
    }
}
