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

    private Task<GatewayError> FailureAsync(string disposition) => FailureAsync(Part(disposition, "high"), ErrorKind.InvalidValue);

    private static string Part(string disposition, string text) => $"--x\r\nContent-Disposition: {disposition}\r\n\r\n{text}\r\n";

    private async Task<GatewayError> FailureAsync(string parts, ErrorKind kind)
    {
        var form = $"{Part("form-data; name=prompt", "a fox")}{parts}--x--\r\n";
        var request = new DefaultHttpContext().Request;
        request.Body = new MemoryStream(Encoding.UTF8.GetBytes(form));
        var refused = await Assert.ThrowsAsync<GatewayException>(() => new FormReader(_pool, _budget).ReadAsync(request, "x", Operation.Edit, null, new BodyLimits(), CancellationToken.None));
        Assert.Equal(kind, refused.Error.Kind);
        Assert.Equal(0, _budget.Held);
        return refused.Error;
    }
}
