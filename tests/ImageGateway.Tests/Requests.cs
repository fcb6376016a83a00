using System.Text;
using ImageGateway.Api.Reading;
using ImageGateway.Images;
using Microsoft.AspNetCore.Http;

namespace ImageGateway.Tests;

/// <summary>Request bodies as the gateway's readers make them, without a server.</summary>
internal static class Requests
{
    private static readonly BlockPool Pool = new();
    private static readonly BufferBudget Budget = new(1L << 30);

    public static JsonBody Json(string body) => Json(Encoding.UTF8.GetBytes(body));

    public static JsonBody Json(byte[] body)
    {
        var http = new DefaultHttpContext();
        http.Request.Body = new MemoryStream(body);
        return JsonBodyReader.ReadAsync(http.Request, 1 << 24, Budget, CancellationToken.None).GetAwaiter().GetResult();
    }

    public static SpooledBytes Spooled(ReadOnlySpan<byte> bytes)
    {
        var spooled = new SpooledBytes(Pool, Budget);
        spooled.FillAsync(new MemoryStream(bytes.ToArray()), long.MaxValue, CancellationToken.None).GetAwaiter().GetResult();
        return spooled;
    }

    public static InputImage Image(string fileName, string content, ImageFormat format = ImageFormat.Png) =>
        new(fileName, Spooled(Encoding.UTF8.GetBytes(content)), new ImageHeader(format, 64, 64, true));

    /// <summary>The failure that an action ends with.</summary>
    public static GatewayError Failure(Action action) => Assert.ThrowsAny<GatewayException>(action).Error;
}
