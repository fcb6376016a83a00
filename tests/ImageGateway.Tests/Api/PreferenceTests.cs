using ImageGateway.Api.Async;
using Microsoft.AspNetCore.Http;

namespace ImageGateway.Tests.Api;

/// <summary>The request header Prefer.</summary>
public sealed class PreferenceTests
{
    [Theory]
    [InlineData(true, "respond-async")]
    [InlineData(true, "Respond-Async")]
    [InlineData(true, "wait=10,\trespond-async ; foo=1")]
    [InlineData(true, "respond-async=\"\"")]
    [InlineData(true, "foo; a=\"x, y\", respond-async, wait=1")]
    [InlineData(true, ",,respond-async,")]
    [InlineData(false, "")]
    [InlineData(false, "return=minimal")]
    [InlineData(false, "respond-async=no")]
    [InlineData(false, "respond-asynchronously")]
    [InlineData(false, "foo=\"a, respond-async, b\"")]
    [InlineData(false, "foo=\"open, respond-async")]
    public void Async_answer_is_preferred_where_the_list_names_it(bool expected, string header) => Assert.Equal(expected, IsAsync(header));

    [Fact]
    public void Header_may_be_there_twice_or_not_at_all()
    {
        Assert.True(IsAsync("wait=10", "respond-async"));
        Assert.False(IsAsync());
    }

    private static bool IsAsync(params string[] lines)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers["Prefer"] = lines;
        return Preference.IsAsync(http.Request);
    }
}
