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

    private async Task<GatewayError> FailureAsync(string disposition)
    {
        var form = $"--x\r\nContent-Disposition: form-data; name=prompt\r\n\r\na fox\r\n--x\r\nContent-Disposition: {disposition}\r\n\r\nhigh\r\n--x--\r\n";
        var request = new DefaultHttpContext().Request;
        request.Body = new MemoryStream(Encoding.UTF8.GetBytes(form));
        var refused = await Assert.ThrowsAsync<GatewayException>(() => new FormReader(_pool, _budget).ReadAsync(request, "x", Operation.Edit, null, new BodyLimits(), CancellationToken.None));
        Assert.Equal(ErrorKind.InvalidValue, refused.Error.Kind);
        Assert.Equal(0, _budget.Held);
        return refused.Error;
    }
}
